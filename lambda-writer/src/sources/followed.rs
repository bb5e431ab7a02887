//! The followed documents, and what the function makes of each.

use std::str::FromStr;

use shared_volume::files::FileName;

use super::name::{DocumentName, ObjectName, ParameterName, ProfileName};

/// The documents that the function follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// A parameter of Parameter Store.
    pub parameter: Option<ParameterName>,
    /// An object of S3.
    pub object: Option<ObjectName>,
    /// A configuration profile of AppConfig.
    pub profile: Option<ProfileName>,
    /// Documents that are published as files.
    pub files: FollowedFiles,
}

/// A followed document and what is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FollowedDocument {
    pub(crate) name: DocumentName,
    pub(crate) target: Target,
}

/// The use that the function makes of a followed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The configuration of the wall.
    Configuration,
    /// The file with this name.
    File(FileName),
}

/// The files that the function publishes from their sources: `<name>=s3://<bucket>/<key>` or `<name>=ssm:<parameter>`,
/// separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowedFiles(Vec<FollowedDocument>);

impl FromStr for FollowedFiles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut files: Vec<FollowedDocument> = Vec::new();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let file = file(entry).map_err(|fault| format!("{entry:?}: {fault}"))?;
            if files.iter().any(|other| other.target == file.target) {
                return Err(format!("{entry:?}: another entry has the same name"));
            }
            if files.iter().any(|other| other.name == file.name) {
                return Err(format!("{entry:?}: another entry has the same source"));
            }
            files.push(file);
        }
        Ok(Self(files))
    }
}

fn file(entry: &str) -> Result<FollowedDocument, String> {
    let (name, source) = entry.split_once('=').ok_or("must be NAME=SOURCE")?;
    let file: FileName =
        name.trim().parse().map_err(|fault: shared_volume::files::InvalidFileName| fault.to_string())?;
    let source = source.trim();
    let parsed = match source.strip_prefix("ssm:") {
        Some(parameter) => parameter.parse().map(DocumentName::Parameter),
        None => source.parse().map(DocumentName::Object),
    };
    let name = parsed.map_err(|_| "the source must be s3://bucket/key or ssm:/parameter")?;
    Ok(FollowedDocument { name, target: Target::File(file) })
}

impl Followed {
    /// Returns the followed documents, those of the configuration first.
    pub(super) fn documents(self) -> Vec<FollowedDocument> {
        let configuration = |name| FollowedDocument { name, target: Target::Configuration };
        self.configuration().into_iter().map(configuration).chain(self.files.0).collect()
    }

    /// Returns the document that is followed both as the configuration and as a file, if there is one: an event about it could
    /// not tell which of them is meant.
    #[must_use]
    pub fn doubled(&self) -> Option<String> {
        let names = self.configuration();
        self.files.0.iter().find(|file| names.contains(&file.name)).map(|file| file.name.to_string())
    }

    /// Returns the names of the documents that are published as the configuration.
    fn configuration(&self) -> Vec<DocumentName> {
        let parameter = self.parameter.clone().map(DocumentName::Parameter);
        let object = self.object.clone().map(DocumentName::Object);
        let profile = self.profile.clone().map(DocumentName::Profile);
        parameter.into_iter().chain(object).chain(profile).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        text.parse::<FollowedFiles>().unwrap_err()
    }

    #[test]
    fn a_list_of_files_has_names_and_sources() {
        let FollowedFiles(files) = "app.yaml=s3://bucket/a=b.yaml, hosts = ssm:/hosts,".parse().unwrap();
        let texts: Vec<_> = files.iter().map(|file| file.name.to_string()).collect();
        assert_eq!(texts, ["s3://bucket/a=b.yaml", "ssm:/hosts"]);
        assert_eq!(files[1].target, Target::File("hosts".parse().unwrap()));
        assert_eq!("".parse::<FollowedFiles>().unwrap(), FollowedFiles::default());
    }

    #[test]
    fn a_wrong_entry_is_named() {
        assert_eq!(fault("a=ssm:/a,b"), "\"b\": must be NAME=SOURCE");
        assert!(fault("../a=ssm:/a").starts_with("\"../a=ssm:/a\": \"../a\" cannot name a file"));
        for source in ["", "ssm:", "ssm:/a b", "https://host/a", "s3://bucket", "appconfig:a/b/c"] {
            let text = format!("a={source}");
            assert!(fault(&text).ends_with("the source must be s3://bucket/key or ssm:/parameter"), "{}", fault(&text));
        }
        assert_eq!(fault("a=ssm:/a,a=ssm:/b"), "\"a=ssm:/b\": another entry has the same name");
        assert_eq!(fault("a=ssm:/a,b=ssm:/a"), "\"b=ssm:/a\": another entry has the same source");
    }

    #[test]
    fn a_document_is_followed_either_as_the_configuration_or_as_a_file() {
        let parameter = "/wall".parse().ok();
        let of = |files: &str| {
            Followed { parameter: parameter.clone(), files: files.parse().unwrap(), ..Followed::default() }.doubled()
        };
        assert_eq!((of("a=ssm:/wall").as_deref(), of("a=ssm:/other")), (Some("ssm:/wall"), None));
    }
}
