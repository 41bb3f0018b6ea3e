//! The authority of a media URL: a host that every client reads alike, and a port.

use std::net::{Ipv4Addr, Ipv6Addr};

use domain::Problem;

use super::refuse;

/// Checks `host[:port]`.
pub(super) fn check_authority(authority: &str) -> Result<(), Problem> {
    if authority.contains('@') && !authority.contains('\\') {
        return refuse("must have no user info before its host");
    }
    if !authority.is_ascii() {
        return refuse("must have its host written in Punycode (xn--...), if it is not ASCII");
    }
    let (host, port) = split_port(authority);
    if !is_host(host) {
        return refuse("must have a host: a domain name, an IPv4 address or an IPv6 address in brackets");
    }
    if port.is_some_and(|port| {
        port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err()
    }) {
        return refuse("must have a port from 0 to 65535 after the host's colon");
    }
    Ok(())
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = authority.find(']').map_or(0, |end| end + 1);
    match authority[host_end..].split_once(':') {
        Some((before, port)) => (&authority[..host_end + before.len()], Some(port)),
        None => (authority, None),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    // Clients read a name whose last label is a number as an IPv4 address, in more ways than one.
    let last_label = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if last_label.bytes().all(|byte| byte.is_ascii_digit()) || last_label.starts_with("0x") {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=63).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-') && !label.ends_with('-')
}
