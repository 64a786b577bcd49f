"""Hosts of a small network on one machine, each a network namespace: hosts.py PREFIX HOSTS DELAY_MS LOSS

Host K is the namespace PREFIX-K with the address 127.77.0.K, which never leaves the machine. A device of packets joins
it to this process, which hands each packet on after the delay, and drops it by chance with the probability LOSS. It
prints "ready", and obeys lines: "cut K" drops all of a host, "heal K" no more, "end" (or the end of input) takes the
network away. Needs root, the command ip, and the device /dev/net/tun.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

PREFIX, HOSTS, DELAY_S, LOSS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000, float(sys.argv[4])
TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(path):
    """Makes the namespace of this path the one of this process."""
    with open(path) as namespace:
        if LIBC.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {path}")


def name(host):
    return f"{PREFIX}-{host}"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def make(host):
    """Makes a host. Returns its device."""
    ip("netns", "add", name(host))
    enter(f"/run/netns/{name(host)}")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    for setting in ("all/route_localnet", "wire/route_localnet"):
        with open(f"/proc/sys/net/ipv4/conf/{setting}", "w") as file:
            file.write("1")
    ip("address", "add", f"127.77.0.{host}/24", "dev", "wire")
    ip("link", "set", "wire", "up")
    ip("link", "set", "lo", "up")
    # All of 127.0.0.0/8 is the host's own, but for this network.
    ip("address", "del", "127.0.0.1/8", "dev", "lo")
    ip("address", "add", "127.0.0.1/32", "dev", "lo")
    return device


def carry(devices):
    """Hands packets on until the input says otherwise."""
    chance, cut, late, number = random.Random(1), set(), [], 0
    by_device = {device: host for host, device in devices.items()}
    poll = select.poll()
    for device in [*by_device, 0]:
        poll.register(device, select.POLLIN)
    while True:
        wait_ms = max(0, (late[0][0] - time.monotonic()) * 1000) if late else None
        for device, _ in poll.poll(wait_ms):
            if device == 0:
                lines = os.read(0, 4096).decode()
                if not lines:
                    return
                for line in lines.splitlines():
                    word, _, host = line.partition(" ")
                    if word == "cut":
                        cut.add(int(host))
                    elif word == "heal":
                        cut.discard(int(host))
                    elif word == "end":
                        return
                continue
            for _ in range(64):
                try:
                    packet = os.read(device, 65536)
                except BlockingIOError:
                    break
                source, target = by_device[device], packet[19]
                if packet[0] >> 4 != 4 or target not in devices:
                    continue
                if source in cut or target in cut or chance.random() < LOSS:
                    continue
                number += 1
                heapq.heappush(late, (time.monotonic() + DELAY_S, number, target, packet))
        while late and late[0][0] <= time.monotonic():
            _, _, target, packet = heapq.heappop(late)
            if target not in cut:
                try:
                    os.write(devices[target], packet)
                except BlockingIOError:
                    pass


here = os.open("/proc/self/ns/net", os.O_RDONLY)
try:
    devices = {host: make(host) for host in range(1, HOSTS + 1)}
    LIBC.setns(here, CLONE_NEWNET)
    print("ready", flush=True)
    carry(devices)
finally:
    for host in range(1, HOSTS + 1):
        subprocess.run(["ip", "netns", "del", name(host)], check=False, stderr=subprocess.DEVNULL)
