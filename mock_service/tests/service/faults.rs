use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mock_service::MockService;

use crate::client::{Received, Reply, connect, get, read_reply, read_to_end, send_get, start};

/// All that comes, from an own connection that stays open at this end.
fn fault(service: &MockService, path: &str) -> Received {
    let mut stream = connect(service);
    send_get(&mut stream, path);
    read_to_end(stream)
}

#[test]
fn a_reset_comes_before_any_answer() {
    let received = fault(&start(), "/fault/reset");
    assert_eq!((received.text().as_str(), received.error), ("", Some(ErrorKind::ConnectionReset)));
}

#[test]
fn a_reset_in_the_body_comes_after_100_of_1000_bytes() {
    let received = fault(&start(), "/fault/reset-mid-body");
    let reply = Reply::parse(&received.bytes);
    assert_eq!((reply.header("content-length"), reply.body.len()), (Some("1000"), 100));
    assert_eq!(received.error, Some(ErrorKind::ConnectionReset));
}

#[test]
fn a_close_is_an_orderly_end_without_an_answer() {
    let received = fault(&start(), "/fault/close");
    assert_eq!((received.text().as_str(), received.error), ("", None));
}

#[test]
fn a_close_stays_orderly_after_a_request_with_a_body() {
    let service = start();
    let mut stream = connect(&service);
    stream.write_all(b"POST /fault/close HTTP/1.1\r\nhost: test\r\ncontent-length: 300000\r\n\r\n").unwrap();
    stream.write_all(&vec![b'x'; 300_000]).unwrap();
    let received = read_to_end(stream);
    assert_eq!((received.text().as_str(), received.error), ("", None));
}

#[test]
fn a_truncated_body_ends_in_order_after_100_of_1000_bytes() {
    let received = fault(&start(), "/fault/truncated");
    let reply = Reply::parse(&received.bytes);
    assert_eq!((reply.header("content-length"), reply.body.len()), (Some("1000"), 100));
    assert_eq!(received.error, None);
}

#[test]
fn garbage_is_not_http() {
    let received = fault(&start(), "/fault/garbage");
    assert!(!received.bytes.is_empty() && !received.bytes.starts_with(b"HTTP"));
    assert_eq!(received.error, None);
}

#[test]
fn a_hang_says_nothing_and_a_half_head_no_more_than_that() {
    let service = start();
    for (path, said) in [("/fault/hang", ""), ("/fault/half-head", "HTTP/1.1 20")] {
        let mut stream = connect(&service);
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        send_get(&mut stream, path);
        let received = read_to_end(stream);
        assert_eq!(received.text(), said);
        assert!(matches!(received.error, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{:?}", received.error);
    }
}

#[test]
fn a_close_delimited_body_is_complete_at_the_end() {
    let received = fault(&start(), "/fault/close-delimited");
    let reply = Reply::parse(&received.bytes);
    assert_eq!((reply.status, reply.header("connection")), (200, Some("close")));
    assert_eq!((reply.header("content-length"), reply.header("transfer-encoding")), (None, None));
    assert_eq!((reply.body.len(), received.error), (100, None));
}

#[test]
fn a_close_delimited_body_may_end_with_a_reset() {
    let received = fault(&start(), "/fault/close-delimited-reset");
    let reply = Reply::parse(&received.bytes);
    assert_eq!((reply.header("content-length"), reply.body.len()), (None, 100));
    assert_eq!(received.error, Some(ErrorKind::ConnectionReset));
}

#[test]
fn a_truncated_chunked_body_lacks_its_last_chunk() {
    let received = fault(&start(), "/fault/chunked-truncated");
    let reply = Reply::parse(&received.bytes);
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    assert_eq!((reply.text().as_str(), received.error), ("5\r\nhello\r\n", None));
}

#[test]
fn a_bad_chunk_has_a_size_that_is_no_number() {
    let received = fault(&start(), "/fault/bad-chunk");
    let reply = Reply::parse(&received.bytes);
    assert!(reply.text().starts_with("5\r\nhello\r\nxyz\r\n"));
    assert_eq!(received.error, None);
}

#[test]
fn an_idle_close_follows_a_good_answer_after_100_ms() {
    let service = start();
    let mut stream = connect(&service);
    send_get(&mut stream, "/fault/idle-close");
    let reply = read_reply(&mut stream).unwrap();
    assert_eq!((reply.status, reply.header("connection")), (200, None));
    let answered = Instant::now();
    let rest = read_to_end(stream);
    assert_eq!((rest.text().as_str(), rest.error), ("", None));
    let idle = answered.elapsed();
    assert!(idle > Duration::from_millis(80) && idle < Duration::from_secs(2), "{idle:?}");
}

#[test]
fn extra_bytes_are_in_the_way_of_the_next_answer() {
    let service = start();
    let mut stream = connect(&service);
    send_get(&mut stream, "/fault/extra-bytes");
    assert_eq!(read_reply(&mut stream).unwrap().text(), "good\n");
    send_get(&mut stream, "/fast");
    let mut next = [0; 21];
    stream.read_exact(&mut next).unwrap();
    assert_eq!(&next, b"stray bytes\r\nHTTP/1.1");
}

#[test]
fn interim_answers_come_before_the_good_one_and_the_connection_lives_on() {
    let service = start();
    let mut stream = connect(&service);
    for _ in 0..2 {
        send_get(&mut stream, "/fault/continue");
        let statuses = [(); 3].map(|()| read_reply(&mut stream).unwrap().status);
        assert_eq!(statuses, [100, 103, 200]);
    }
    assert_eq!(service.connections(), 1);
    assert_eq!(service.hits()["/fault/continue"], 2);
}

#[test]
fn a_huge_header_has_a_mebibyte() {
    let reply = get(&start(), "/fault/huge-header");
    assert_eq!(reply.text(), "huge\n");
    assert_eq!(reply.header("x-huge").map(str::len), Some(1024 * 1024));
}

#[test]
fn an_early_answer_does_not_wait_for_the_body() {
    let service = start();
    let mut stream = connect(&service);
    stream.write_all(b"POST /early HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000\r\n\r\n").unwrap();
    let begin = Instant::now();
    let reply = read_reply(&mut stream).unwrap();
    assert_eq!((reply.status, reply.header("connection")), (413, Some("close")));
    assert!(begin.elapsed() < Duration::from_millis(500));
    assert_eq!(read_to_end(stream).text(), "");
}

#[test]
fn a_fault_leaves_other_connections_alone() {
    let service = start();
    let mut steady = connect(&service);
    send_get(&mut steady, "/fast");
    read_reply(&mut steady).unwrap();
    for path in ["/fault/reset", "/fault/close", "/fault/garbage"] {
        fault(&service, path);
        send_get(&mut steady, "/fast");
        assert_eq!(read_reply(&mut steady).unwrap().status, 200);
    }
    assert_eq!(get(&service, "/fast").status, 200);
}
