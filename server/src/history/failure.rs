//! What goes wrong at a history's place, in words.

use object_store::Error;

use super::place::Place;

/// Returns an error of a place as what people can do something about.
pub(super) fn said(place: &Place, path: &str, error: &Error) -> anyhow::Error {
    let text = details(error);
    let is_s3 = place.folder().is_none();
    let what = match error {
        _ if text.contains("NoSuchBucket") => "there is no such bucket".to_owned(),
        _ if text.contains("InvalidAccessKeyId") => "S3 doesn't know the key of AWS_ACCESS_KEY_ID".to_owned(),
        _ if text.contains("SignatureDoesNotMatch") => {
            "AWS_SECRET_ACCESS_KEY isn't the secret of AWS_ACCESS_KEY_ID".to_owned()
        }
        Error::PermissionDenied { .. } if is_s3 => "S3 doesn't let this key do that (403)".to_owned(),
        Error::Unauthenticated { .. } => "S3 doesn't take the key (401)".to_owned(),
        Error::NotFound { .. } => "it isn't there".to_owned(),
        _ if is_s3 && ["500 ", "502 ", "503 ", "504 "].iter().any(|status| text.contains(status)) => {
            let status = ["500", "502", "503", "504"].into_iter().find(|status| text.contains(status));
            format!("S3 is too busy or fails ({}), as often as it was asked", status.unwrap_or("5xx"))
        }
        _ if is_s3 && text.contains("169.254.169.254") => {
            "there is no key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned()
        }
        _ => text.clone(),
    };
    // What is wrong with all of the place is not the file's.
    let is_of_all = ["NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch"];
    match path {
        _ if is_s3 && is_of_all.iter().any(|code| text.contains(code)) => anyhow::anyhow!("{place}: {what}"),
        "" => anyhow::anyhow!("{place}: {what}"),
        path => anyhow::anyhow!("{place}: {path}: {what}"),
    }
}

/// Returns an error with what it comes from, each thing once.
fn details(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    // Answers of S3 are XML over many lines.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
