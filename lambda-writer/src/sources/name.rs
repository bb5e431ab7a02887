//! The names of followed documents.

use std::fmt;
use std::str::FromStr;

/// The name of a parameter, such as `/messagewall/config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterName(pub(super) String);

/// The name of an object, `s3://<bucket>/<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// The name of a configuration in AppConfig, `<application>/<environment>/<profile>`, by names or ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileName {
    pub(super) application: String,
    pub(super) environment: String,
    pub(super) profile: String,
}

/// A name that is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidName(&'static str);

impl FromStr for ParameterName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let is_allowed = |char: char| char.is_ascii_alphanumeric() || "_.-/".contains(char);
        let is_valid = (1..=1011).contains(&name.len()) && name.chars().all(is_allowed) && !name.ends_with('/');
        if is_valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidName("must be the name of a parameter, such as /messagewall/config"))
        }
    }
}

impl FromStr for ObjectName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        let parts = name.strip_prefix("s3://").and_then(|name| name.split_once('/'));
        match parts {
            Some((bucket, key)) if (3..=63).contains(&bucket.len()) && (1..=1024).contains(&key.len()) => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(InvalidName("must be the name of an object, such as s3://bucket/wall.json")),
        }
    }
}

impl FromStr for ProfileName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        match name.split('/').collect::<Vec<_>>()[..] {
            [application, environment, profile] if ![application, environment, profile].contains(&"") => Ok(Self {
                application: application.to_owned(),
                environment: environment.to_owned(),
                profile: profile.to_owned(),
            }),
            _ => Err(InvalidName("must be application/environment/profile")),
        }
    }
}

/// The name of a followed document. Its text, such as `ssm:/messagewall/config`, is stored with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DocumentName {
    Parameter(ParameterName),
    Object(ObjectName),
    Profile(ProfileName),
}

impl DocumentName {
    /// Returns the source of the events about the document.
    pub(crate) fn source(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "aws.ssm",
            Self::Object(_) => "aws.s3",
            Self::Profile(_) => "aws.appconfig",
        }
    }

    /// Returns the part of the name whose ending is that of a file.
    pub(super) fn file_name(&self) -> &str {
        match self {
            Self::Parameter(ParameterName(name)) => name,
            Self::Object(ObjectName { key, .. }) => key,
            Self::Profile(ProfileName { profile, .. }) => profile,
        }
    }

    /// Returns true if this is the parameter with this name. A name without levels may have a slash or none.
    pub(crate) fn is_parameter(&self, name: &str) -> bool {
        let same = |own: &str| own == name || own.trim_start_matches('/') == name.trim_start_matches('/');
        matches!(self, Self::Parameter(ParameterName(own)) if same(own))
    }

    /// Returns true if this is the object with this bucket and key.
    pub(crate) fn is_object(&self, bucket: &str, key: &str) -> bool {
        matches!(self, Self::Object(own) if own.bucket == bucket && own.key == key)
    }

    /// Returns true if this is the configuration with these ids or names of application, environment and profile.
    pub(crate) fn is_profile(&self, [application, environment, profile]: [&[&str]; 3]) -> bool {
        matches!(self, Self::Profile(own) if application.contains(&own.application.as_str())
            && environment.contains(&own.environment.as_str())
            && profile.contains(&own.profile.as_str()))
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(ParameterName(name)) => write!(f, "ssm:{name}"),
            Self::Object(ObjectName { bucket, key }) => write!(f, "s3://{bucket}/{key}"),
            Self::Profile(ProfileName { application, environment, profile }) => {
                write!(f, "appconfig:{application}/{environment}/{profile}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_source_can_have_are_refused() {
        for name in ["", "/wall/", "/wall config", "arn:aws:ssm:eu-west-1:1:parameter/x"] {
            assert!(name.parse::<ParameterName>().is_err(), "{name:?}");
        }
        for name in ["", "bucket/key", "s3://bucket", "s3://bucket/", "s3:///key", "s3://b/key"] {
            assert!(name.parse::<ObjectName>().is_err(), "{name:?}");
        }
        for name in ["", "wall", "wall/prod", "wall//config", "wall/prod/config/more"] {
            assert!(name.parse::<ProfileName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn the_text_of_a_name_says_where_the_document_is() {
        let object: ObjectName = "s3://walls/a b/wall.yaml".parse().unwrap();
        assert_eq!(DocumentName::Object(object).to_string(), "s3://walls/a b/wall.yaml");
        let parameter = DocumentName::Parameter("/messagewall/config".parse().unwrap());
        assert_eq!(parameter.to_string(), "ssm:/messagewall/config");
    }
}
