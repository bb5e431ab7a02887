//! The program `follow` as a process, with real files and real applications.

mod contract;
mod doors;
mod hostile;
mod mirroring;
mod publications;
mod refused;
mod running;
mod sidecar;
mod without_source;
