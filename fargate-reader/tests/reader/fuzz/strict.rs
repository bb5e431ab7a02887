//! The requests in the bytes of a connection, as the strictest server reads them (RFC 9112).

/// The requests of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Requests {
    /// The methods of those that all servers read in the same way.
    pub(super) methods: Vec<String>,
    pub(super) rest: Rest,
}

/// The bytes behind the last such request.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// There are none.
    #[default]
    Nothing,
    /// Some servers would find other requests in them than others. They may be answered once at most.
    Ambiguous,
    /// Nothing is known about them.
    Unknown,
}

impl Requests {
    pub(super) fn of(mut bytes: &[u8]) -> Self {
        let mut requests = Self::default();
        while !bytes.is_empty() {
            match request(bytes) {
                Ok((method, rest)) => {
                    requests.methods.push(method);
                    bytes = rest;
                }
                Err(rest) => return Self { rest, ..requests },
            }
        }
        requests
    }
}

/// Reads a request. Returns its method and the bytes behind it.
fn request(bytes: &[u8]) -> Result<(String, &[u8]), Rest> {
    let end = find(bytes, b"\r\n\r\n").ok_or(Rest::Unknown)?;
    let (head, body) = (&bytes[..end], &bytes[end + 4..]);
    // A server may take a line feed alone for the end of a line, and two of them for the end of the head.
    if split(head, b"\r\n").iter().any(|line| line.contains(&b'\n')) {
        return Err(Rest::Unknown);
    }
    let mut lines = split(head, b"\r\n").into_iter();
    let method = request_line(lines.next().unwrap_or_default())?;
    let (mut length, mut is_chunked) = (None, false);
    for line in lines {
        let (name, value) = header(line)?;
        match name.as_str() {
            "content-length" if length.is_none() && !is_chunked => length = Some(number(value)?),
            "transfer-encoding" if length.is_none() && !is_chunked && value.eq_ignore_ascii_case(b"chunked") => {
                is_chunked = true;
            }
            // A server may take the same length twice.
            "content-length" if length == Some(number(value)?) => return Err(Rest::Unknown),
            "content-length" | "transfer-encoding" => return Err(Rest::Ambiguous),
            "connection" | "upgrade" | "expect" => return Err(Rest::Unknown),
            _ => {}
        }
    }
    let rest = if is_chunked { behind_chunks(body)? } else { body.get(length.unwrap_or(0)..).ok_or(Rest::Unknown)? };
    Ok((method, rest))
}

fn request_line(line: &[u8]) -> Result<String, Rest> {
    let parts: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let [method, target, b"HTTP/1.1"] = parts[..] else { return Err(Rest::Unknown) };
    let is_plain = ["GET", "POST", "DELETE", "HEAD"].iter().any(|known| known.as_bytes() == method);
    let is_path = target.starts_with(b"/") && target.iter().all(u8::is_ascii_graphic);
    if is_plain && is_path { Ok(String::from_utf8_lossy(method).into_owned()) } else { Err(Rest::Unknown) }
}

/// Reads a header. Returns its name in small letters, and its value.
fn header(line: &[u8]) -> Result<(String, &[u8]), Rest> {
    // A line that was folded, a zero, and a line break that only some servers see.
    if line.starts_with(b" ") || line.starts_with(b"\t") || line.contains(&0) || line.contains(&b'\r') {
        return Err(Rest::Ambiguous);
    }
    let colon = line.iter().position(|byte| *byte == b':').ok_or(Rest::Unknown)?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    if name.ends_with(b" ") || name.ends_with(b"\t") {
        return Err(Rest::Ambiguous);
    }
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let is_valid =
        !name.is_empty() && name.iter().all(is_token) && !value.iter().any(|byte| *byte < b' ' || *byte == 127);
    if is_valid { Ok((String::from_utf8_lossy(name).to_ascii_lowercase(), value)) } else { Err(Rest::Unknown) }
}

fn number(value: &[u8]) -> Result<usize, Rest> {
    let is_number = (1..=9).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(value).ok().filter(|_| is_number).and_then(|value| value.parse().ok());
    number.ok_or(Rest::Ambiguous)
}

fn behind_chunks(mut body: &[u8]) -> Result<&[u8], Rest> {
    loop {
        let end = find(body, b"\r\n").ok_or(Rest::Unknown)?;
        let is_length = (1..=6).contains(&end) && body[..end].iter().all(u8::is_ascii_hexdigit);
        let length = std::str::from_utf8(&body[..end]).ok().filter(|_| is_length).ok_or(Rest::Unknown)?;
        let length = usize::from_str_radix(length, 16).map_err(|_| Rest::Unknown)?;
        let chunk = body.get(end + 2..end + 2 + length + 2).filter(|chunk| chunk.ends_with(b"\r\n"));
        body = &body[end + 2 + chunk.ok_or(Rest::Unknown)?.len()..];
        if length == 0 {
            return Ok(body);
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn split<'a>(mut bytes: &'a [u8], part: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = find(bytes, part) {
        pieces.push(&bytes[..at]);
        bytes = &bytes[at + part.len()..];
    }
    pieces.push(bytes);
    pieces
}
