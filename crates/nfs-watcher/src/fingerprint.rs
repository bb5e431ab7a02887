//! The state of a file that is compared between two scans, and the event kind of each difference.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use notify::EventKind;
use notify::event::{CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind, RenameMode};
use rustix::fs::FileType;

use crate::mount::Name;

/// The kind of file that a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
    /// Symbolic links that are not followed, pipes, sockets and devices.
    Other,
}

/// The attributes of a file that a write from another host can change, at full resolution.
///
/// The access time is left out because reading a file does not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    kind: Kind,
    identity: (u64, u64),
    access: (u32, u32, u32),
    content: Option<Content>,
}

/// The attributes that reveal a change of content. Directories have none: their entries are compared by name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    links: u64,
}

impl Fingerprint {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let kind = match metadata.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Directory,
            _ => Kind::Other,
        };
        Self {
            kind,
            identity: (metadata.dev(), metadata.ino()),
            access: (metadata.mode(), metadata.uid(), metadata.gid()),
            content: (kind != Kind::Directory).then(|| Content {
                length: metadata.len(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
                links: metadata.nlink(),
            }),
        }
    }

    /// Returns true if the file was linked, renamed or given another mode since `before`, and not written.
    pub(crate) fn may_be_renamed(&self, before: &Self) -> bool {
        let (Some(now), Some(then)) = (&self.content, &before.content) else { return false };
        self.identity == before.identity
            && (now.length, now.modified) == (then.length, then.modified)
            && (now.changed, now.links) != (then.changed, then.links)
    }

    /// Returns the fingerprint of a name whose directory may be listed but not searched.
    pub(crate) fn listed(name: &Name, device: u64) -> Self {
        let kind = match name.kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Directory,
            _ => Kind::Other,
        };
        Self { kind, identity: (device, name.inode), access: (0, 0, 0), content: None }
    }

    /// Returns device and inode, which identify the file under any name.
    pub(crate) fn identity(&self) -> (u64, u64) {
        self.identity
    }

    pub(crate) fn created(&self) -> EventKind {
        EventKind::Create(match self.kind {
            Kind::File => CreateKind::File,
            Kind::Directory => CreateKind::Folder,
            Kind::Other => CreateKind::Other,
        })
    }

    pub(crate) fn removed(&self) -> EventKind {
        EventKind::Remove(match self.kind {
            Kind::File => RemoveKind::File,
            Kind::Directory => RemoveKind::Folder,
            Kind::Other => RemoveKind::Other,
        })
    }

    /// Returns the events of a name that referred to `self` and now refers to `now`. Empty if both are equal.
    pub(crate) fn became(&self, now: &Self) -> Vec<EventKind> {
        if self == now {
            return Vec::new();
        }
        if self.kind != now.kind {
            return vec![self.removed(), now.created()];
        }
        vec![EventKind::Modify(self.modification(now))]
    }

    fn modification(&self, now: &Self) -> ModifyKind {
        if self.identity != now.identity {
            return ModifyKind::Name(RenameMode::To);
        }
        if let (Some(was), Some(is)) = (&self.content, &now.content) {
            if was.length != is.length {
                return ModifyKind::Data(DataChange::Size);
            }
            if was.modified != is.modified {
                return ModifyKind::Data(DataChange::Any);
            }
            // Only the change time differs. The content may have been rewritten and the old modification time restored,
            // so this must not be reported as a change of metadata alone.
            if was.links == is.links && self.access == now.access {
                return ModifyKind::Any;
            }
        }
        let (was, is) = (self.access, now.access);
        ModifyKind::Metadata(if was.0 != is.0 {
            MetadataKind::Permissions
        } else if (was.1, was.2) != (is.1, is.2) {
            MetadataKind::Ownership
        } else {
            MetadataKind::Any
        })
    }
}
