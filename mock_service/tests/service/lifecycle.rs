use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};

use crate::client::{connect, get, read_reply, read_to_end, send_get, start};

#[test]
fn a_started_service_answers_at_its_url() {
    let service = start();
    assert_eq!(service.url(), format!("http://127.0.0.1:{}", service.address().port()));
    assert_eq!(get(&service, "/fast").status, 200);
}

#[test]
fn the_url_of_a_service_on_all_addresses_can_be_reached() {
    let address = SocketAddr::from(([0, 0, 0, 0], 0));
    let service = MockService::start(Settings { address, ..Settings::default() }).unwrap();
    assert!(service.url().starts_with("http://127.0.0.1:"));
}

#[test]
fn dropping_stops_it_within_a_second_whatever_its_connections_do() {
    let service = start();
    let mut streams: Vec<_> = (0..4).map(|_| connect(&service)).collect();
    for (stream, path) in streams.iter_mut().zip(["/fault/hang", "/delay/60000", "/drip/1000/1000", "/bytes/999999999"])
    {
        send_get(stream, path);
    }
    while service.total_hits() < 4 {
        thread::yield_now();
    }
    let (address, begin) = (service.address(), Instant::now());
    drop(service);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert!(TcpStream::connect(address).is_err());
    drop(MockService::start(Settings { address, ..Settings::default() }).unwrap());
}

#[test]
fn it_starts_and_stops_inside_an_async_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { assert_eq!(get(&start(), "/fast").status, 200) });
}

#[test]
fn a_port_in_use_is_named_in_the_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = MockService::start(Settings { address, ..Settings::default() }).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn many_clients_may_connect_at_once() {
    let service = start();
    let mut streams: Vec<_> = (0..400).map(|_| connect(&service)).collect();
    streams.iter_mut().for_each(|stream| send_get(stream, "/fast"));
    assert!(streams.iter_mut().all(|stream| read_reply(stream).unwrap().status == 200));
    assert_eq!((service.connections(), service.total_hits()), (400, 400));
}

#[test]
fn requests_sent_ahead_are_answered_in_turn() {
    use std::io::Write;
    let service = start();
    let mut stream = connect(&service);
    stream.write_all("GET /fast HTTP/1.1\r\nhost: test\r\n\r\n".repeat(5).as_bytes()).unwrap();
    assert!((0..5).all(|_| read_reply(&mut stream).unwrap().status == 200));
    assert_eq!(service.total_hits(), 5);
}

#[test]
fn the_idle_timeout_ends_idle_connections_in_order_and_no_busy_ones() {
    let idle_timeout = Some(Duration::from_millis(150));
    let service = MockService::start(Settings { idle_timeout, ..Settings::default() }).unwrap();
    let mut stream = connect(&service);
    for path in ["/fast", "/delay/300", "/drip/3/100"] {
        send_get(&mut stream, path);
        assert_eq!(read_reply(&mut stream).unwrap().status, 200, "{path}");
    }
    let idle = Instant::now();
    let rest = read_to_end(stream);
    assert_eq!((rest.text().as_str(), rest.error), ("", None));
    let idle = idle.elapsed();
    assert!(idle > Duration::from_millis(100) && idle < Duration::from_secs(2), "{idle:?}");
}

#[test]
fn without_an_idle_timeout_connections_stay() {
    let service = start();
    let mut stream = connect(&service);
    send_get(&mut stream, "/fast");
    read_reply(&mut stream).unwrap();
    thread::sleep(Duration::from_millis(300));
    send_get(&mut stream, "/fast");
    assert_eq!(read_reply(&mut stream).unwrap().status, 200);
}
