//! Events of AWS, with the services that have the documents and the messages. Moto stands in for Parameter Store, S3, SQS,
//! SNS and Secrets Manager, by their real HTTP interfaces. `tests/all sources` installs it and runs these tests.

mod aws;
mod documents;
mod files;
mod page;
mod profile;
mod queues;
mod samples;
mod storm;
mod tokens;
mod volume;
