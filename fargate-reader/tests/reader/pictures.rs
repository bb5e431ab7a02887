//! `POST /api/pictures`: what is stored, and what is refused.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgba, RgbaImage};
use serde_json::{Value, json};
use support::eventually;

use crate::function::{Answer, Posting};
use crate::uploads::{
    Directory, decoded, encoded, form, form_with_file, is_near, jpeg, red_and_blue, taken_by_a_phone, url,
};
use crate::wall::Wall;

async fn start() -> (Wall, Directory, Posting) {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let reader = Posting::start_with_uploads(&wall, directory.path()).await;
    (wall, directory, reader)
}

/// Waits for a message, and returns it as the API has it.
async fn shown(reader: &Posting, id: &Value) -> Value {
    eventually("the message", async || {
        let page: Value = reader.get("/api/messages").send().await?.json().await?;
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        messages.into_iter().find(|message| message["id"] == *id).ok_or_else(|| anyhow::anyhow!("{page}"))
    })
    .await
    .unwrap()
}

async fn bytes(reader: &Posting, path: &str) -> Vec<u8> {
    let answer = reader.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// Uploads a picture, and returns the message and the stored picture.
async fn stored(reader: &Posting, file: &[u8]) -> (Value, Vec<u8>) {
    let answer = reader.upload(form(&[("text", "look"), ("author", "ann")], file)).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let posted: Value = answer.json().await.unwrap();
    let message = shown(reader, &posted["id"]).await;
    let full = bytes(reader, &url(&message)).await;
    (message, full)
}

async fn check_refused(reader: &Posting, file: &[u8], status: u16, error: &str, says: &str) {
    let answer = reader.upload(form(&[("text", "x")], file)).send().await.unwrap();
    assert_eq!(answer.status(), status, "{says}");
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!((&refusal["error"], &refusal["field"]), (&json!(error), &json!("picture")), "{refusal}");
    assert!(refusal["message"].as_str().unwrap().contains(says), "{refusal}");
}

#[tokio::test]
async fn a_photo_is_stored_upright_and_without_its_place() {
    let (_wall, directory, reader) = start().await;
    let photo = taken_by_a_phone(&jpeg(1600, 1200));
    assert!(photo.windows(4).any(|bytes| bytes == b"GPS:"));
    let (message, full) = stored(&reader, &photo).await;
    assert_eq!((&message["text"], &message["author"]), (&json!("look"), &json!("ann")));
    assert_eq!((&message["picture"]["width"], &message["picture"]["height"]), (&json!(1200), &json!(1600)));
    let small = bytes(&reader, message["picture"]["small_url"].as_str().unwrap()).await;
    for (file, width, height) in [(&full, 1200, 1600), (&small, 540, 720)] {
        for hidden in [b"GPS:".as_slice(), b"Exif"] {
            assert!(!file.windows(hidden.len()).any(|bytes| bytes == hidden), "the place is gone");
        }
        let picture = decoded(file);
        assert_eq!(picture.dimensions(), (width, height));
        // Rotated clockwise, the left half is above.
        assert!(is_near(&picture, width / 2, height / 8, [230, 20, 20]));
        assert!(is_near(&picture, width / 2, height - height / 8, [20, 20, 230]));
    }
    assert_eq!(directory.names().len(), 2, "no temporary file is left: {:?}", directory.names());
    assert_eq!(reader.command()["picture"], json!(directory.names()[0].trim_end_matches("-small.jpg")));
    let question = json!({ "message": message["id"], "picture": directory.names()[0].trim_end_matches("-small.jpg") });
    let mut questions = Vec::new();
    eventually("the question", async || {
        questions.extend(reader.function.questions());
        anyhow::ensure!(!questions.is_empty());
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(questions, [question]);
}

#[tokio::test]
async fn every_type_of_picture_is_stored_as_it_looks() {
    let (_wall, _directory, reader) = start().await;
    let clear = RgbaImage::from_fn(64, 64, |x, _| if x < 32 { Rgba([0, 0, 0, 0]) } else { Rgba([0, 0, 200, 255]) });
    let deep = ImageBuffer::from_fn(64, 64, |x, _| Rgba([u16::MAX, 0, 0, if x < 32 { 0 } else { u16::MAX }]));
    let grey = GrayImage::from_fn(64, 64, |x, _| Luma([if x < 32 { 255 } else { 10 }]));
    let (white, red, blue) = ([255, 255, 255], [230, 20, 20], [20, 20, 230]);
    for (name, file, left, right) in [
        ("png", encoded(&red_and_blue(64, 64), ImageFormat::Png), red, blue),
        ("webp", encoded(&red_and_blue(64, 64), ImageFormat::WebP), red, blue),
        ("transparent", encoded(&clear.into(), ImageFormat::Png), white, [0, 0, 200]),
        ("16 bits", encoded(&DynamicImage::ImageRgba16(deep), ImageFormat::Png), white, [255, 0, 0]),
        ("grey", encoded(&grey.into(), ImageFormat::Jpeg), white, [10, 10, 10]),
        ("CMYK", include_bytes!("cmyk.jpg").to_vec(), [255, 0, 0], [0, 255, 0]),
    ] {
        let (_, full) = stored(&reader, &file).await;
        let picture = decoded(&full);
        let (width, height) = picture.dimensions();
        for (x, colour) in [(width / 8, left), (width - width / 8, right)] {
            assert!(is_near(&picture, x, height / 2, colour), "{name}: {:?}", picture.get_pixel(x, height / 2));
        }
    }
}

#[tokio::test]
async fn large_pictures_are_made_smaller_and_small_ones_stay() {
    let (_wall, _directory, reader) = start().await;
    for (width, height, stored_as) in [(3000, 1500, (2048, 1024)), (1, 1, (1, 1)), (9000, 2, (2048, 1))] {
        let (message, full) = stored(&reader, &jpeg(width, height)).await;
        assert_eq!(decoded(&full).dimensions(), stored_as);
        assert_eq!(message["picture"]["width"], json!(stored_as.0));
    }
}

/// Returns a PNG that claims to have this many pixels, and has none.
fn empty_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&red_and_blue(1, 1), ImageFormat::Png);
    let mut header = b"IHDR".to_vec();
    header.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    header.extend_from_slice(&png[24..29]);
    let crc = header.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    header.extend((!crc).to_be_bytes());
    png.splice(12..33, header);
    png
}

#[tokio::test]
async fn a_file_that_is_no_whole_picture_is_refused_and_nothing_is_stored() {
    let (_wall, directory, reader) = start().await;
    let (jpeg, png) = (jpeg(300, 200), encoded(&red_and_blue(300, 200), ImageFormat::Png));
    let webp = encoded(&red_and_blue(300, 200), ImageFormat::WebP);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for (file, says) in [
        (svg.as_slice(), "no picture"),
        (b"<!doctype html><script>alert(1)</script>", "no picture"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "GIF"),
        (heic, "HEIC"),
        (&jpeg[..jpeg.len() / 2], "ends too early"),
        (&png[..png.len() / 2], "damaged"),
        (&webp[..webp.len() / 2], "damaged"),
        (&empty_png(50_000, 50_000), "50000 × 50000"),
        (&empty_png(6000, 6000), "damaged"),
    ] {
        check_refused(&reader, file, 422, "picture_invalid", says).await;
    }
    assert_eq!(directory.names(), [""; 0]);
    assert!(reader.function.asked().is_empty() && reader.function.questions().is_empty());
}

#[tokio::test]
async fn a_form_without_a_file_is_refused_unless_a_browser_without_a_script_sends_it() {
    let (_wall, _directory, reader) = start().await;
    let empty = || form_with_file(&[("text", "only words")], r#"filename="""#, "application/octet-stream", b"");
    let answer = reader.upload(empty()).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "picture_missing");
    let answer = reader.upload(empty()).header("Accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert!(answer.headers()["location"].to_str().unwrap().starts_with("/?seen="), "{answer:?}");
    let command = reader.command();
    assert_eq!((&command["text"], command.get("picture")), (&json!("only words"), None));

    let refused = reader.upload(form(&[("text", "kept <b>"), ("author", "ann"), ("event", "k")], b"no picture"));
    let answer = refused.header("Accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("no picture") && page.contains("kept &#60;b&#62;") && page.contains(r#"value="ann""#),
        "{page}"
    );
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_cut_off_and_the_client_reads_why() {
    let (_wall, directory, reader) = start().await;
    check_refused(&reader, &vec![7; 11_000_000], 413, "picture_too_large", "10 MB").await;
    let long = "x".repeat(300_000);
    let answer = reader.upload(form(&[("text", &long)], &jpeg(8, 8))).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "body_too_large");

    // A body without an end: the reader closes the connection.
    let mut connection = TcpStream::connect(reader.address.strip_prefix("http://").unwrap()).unwrap();
    let head = "POST /api/pictures HTTP/1.1\r\nHost: w\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
                Transfer-Encoding: chunked\r\n\r\n2f\r\n--edge\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    connection.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n".as_slice(), &vec![7; 1 << 20], b"\r\n"].concat();
    let written = (0..200).take_while(|_| connection.write_all(&chunk).is_ok()).count();
    assert!(written < 100, "{written} MiB were accepted");
    assert_eq!(directory.names(), [""; 0]);
}

#[tokio::test]
async fn the_same_upload_with_the_same_key_is_one_message_with_one_picture() {
    let (_wall, directory, reader) = start().await;
    let file = jpeg(200, 100);
    let post =
        |text: &'static str| reader.upload(form(&[("text", text)], &file)).header("Idempotency-Key", "key").send();
    let (first, second) = (post("x").await.unwrap(), post("x").await.unwrap());
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (201, 200));
    let (first, second): (Value, Value) = (first.json().await.unwrap(), second.json().await.unwrap());
    assert_eq!((&first["id"], &first["picture"]), (&second["id"], &second["picture"]));
    assert_eq!(directory.names().len(), 2);
    // The picture belongs to a message: another use of the key must not delete it.
    let reused = post("something else").await.unwrap();
    assert_eq!(reused.status(), 409);
    let message = shown(&reader, &first["id"]).await;
    bytes(&reader, &url(&message)).await;
    // Without a key it is another message, and another picture.
    assert_eq!(reader.upload(form(&[("text", "x")], &file)).send().await.unwrap().status(), 201);
    assert_eq!(directory.names().len(), 4);
}

#[tokio::test]
async fn a_refused_message_leaves_no_file_unless_it_may_be_on_the_wall() {
    let (wall, directory, reader) = start().await;
    wall.configure(json!({ "max_message_chars": 10 }));
    let answer = reader.upload(form(&[("text", "longer than ten")], &jpeg(9, 9))).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "message_too_long");
    assert_eq!(directory.names(), [""; 0]);
    wall.configure(json!({ "posting": "closed" }));
    let answer = reader.upload(form(&[], &jpeg(9, 9))).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "posting_closed");
    assert_eq!(directory.names(), [""; 0]);
    for (name, left) in [("wall_busy", 0), ("volume_silent", 2)] {
        reader.function.answers([Answer::Error(name)]);
        let answer = reader.upload(form(&[], &jpeg(9, 9))).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], name);
        assert_eq!(directory.names().len(), left, "{name}");
    }
}

#[tokio::test]
async fn a_slow_upload_is_cut_off() {
    let (_wall, directory, reader) = start().await;
    let (content_type, body) = form(&[], &jpeg(100, 100));
    let mut connection = TcpStream::connect(reader.address.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "POST /api/pictures HTTP/1.1\r\nHost: w\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(&[head.as_bytes(), &body[..body.len() / 2]].concat()).unwrap();
    let begun = Instant::now();
    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert_eq!(directory.names(), [""; 0]);
}

#[tokio::test]
async fn uploads_at_the_same_time_wait_for_each_other_or_are_asked_to_come_again() {
    let (_wall, directory, reader) = start().await;
    // Four uploads that do not go on occupy all places.
    let (content_type, body) = form(&[], &jpeg(10, 10));
    let begin = || {
        let mut connection = TcpStream::connect(reader.address.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "POST /api/pictures HTTP/1.1\r\nHost: w\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.write_all(&[head.as_bytes(), &body[..body.len() - 20]].concat()).unwrap();
        connection
    };
    let occupied: Vec<_> = (0..4).map(|_| begin()).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let answer = reader.upload(form(&[], &jpeg(10, 10))).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "uploads_busy");
    drop(occupied);
    // On a busy machine some are asked to come again more than once.
    let upload = async || {
        loop {
            let answer = reader.upload(form(&[], &jpeg(1000, 800))).send().await.unwrap();
            if answer.status() != 503 {
                return answer.status().as_u16();
            }
        }
    };
    let uploads = (0..8).map(|_| upload());
    assert_eq!(futures_util::future::join_all(uploads).await, [201; 8]);
    assert_eq!(directory.names().len(), 16);
}

#[tokio::test]
async fn without_a_directory_there_are_no_pictures() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let answer = reader.upload(form(&[], &jpeg(10, 10))).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "pictures_off");
    let page = reader.get("/").send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("pictures"), "{page}");
}

#[tokio::test]
async fn a_missing_or_unusable_directory_is_reported_and_the_wall_works() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let missing = directory.file("missing");
    let reader = Posting::start_with_uploads(&wall, &missing).await;
    let answer = reader.upload(form(&[], &jpeg(10, 10))).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!(refusal["error"], "uploads_unavailable");
    assert!(refusal["message"].as_str().unwrap().contains("does not exist"), "{refusal}");
    assert!(!missing.exists(), "nobody creates it");
    assert_eq!(reader.post("text/plain", "words").send().await.unwrap().status(), 201);
    fs_err::write(&missing, "a file").unwrap();
    assert_eq!(reader.upload(form(&[], &jpeg(10, 10))).send().await.unwrap().status(), 503);
}

/// Unmounts a directory at the end of a test.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test]
async fn a_full_directory_is_reported_and_nothing_is_left_in_it() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let small = ["-t", "tmpfs", "-o", "size=64k", "tmpfs"];
    let mount = std::process::Command::new("mount").args(small).arg(directory.path()).output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        // Only root may mount.
        return;
    }
    let _mounted = Mounted(directory.path().to_owned());
    let reader = Posting::start_with_uploads(&wall, directory.path()).await;
    let noise = image::RgbImage::from_fn(900, 700, |_, _| image::Rgb([fastrand::u8(..), fastrand::u8(..), 0]));
    let file = encoded(&noise.into(), ImageFormat::Jpeg);
    let answer = reader.upload(form(&[("text", "x")], &file)).send().await.unwrap();
    assert_eq!(answer.status(), 507);
    assert!(answer.headers().get("retry-after").is_none(), "it needs a person");
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "uploads_full");
    assert_eq!(directory.names(), [""; 0]);
    assert!(reader.function.asked().is_empty());
    assert_eq!(reader.upload(form(&[("text", "x")], &jpeg(20, 20))).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_reader_that_is_killed_leaves_no_broken_picture() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let file = jpeg(1900, 1400);
    for delay in [20, 60, 90, 120, 150, 200, 300] {
        let mut reader = Posting::start_with_uploads(&wall, directory.path()).await;
        let upload = tokio::spawn(reader.upload(form(&[("text", "cut")], &file)).send());
        tokio::time::sleep(Duration::from_millis(delay)).await;
        reader.process.kill();
        drop(upload.await);
        for name in directory.names() {
            if !name.ends_with(".tmp") {
                decoded(&fs_err::read(directory.file(&name)).unwrap());
            }
        }
    }
    let reader = Posting::start_with_uploads(&wall, directory.path()).await;
    let page: Value = reader.get("/api/messages").send().await.unwrap().json().await.unwrap();
    let used: Vec<_> = page["messages"].as_array().unwrap().iter().map(url).collect();
    for name in directory.names() {
        let path = format!("/pictures/{name}");
        let is_used = used.iter().any(|url| path.starts_with(url.trim_end_matches(".jpg")));
        let status = reader.get(&path).send().await.unwrap().status();
        assert_eq!(status == 200, is_used, "{path}");
    }
}
