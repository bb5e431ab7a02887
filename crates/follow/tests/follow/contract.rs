//! The facts of `contract.json` about the program, which the image and the CDK construct use.

use anyhow::{Context, Result};
use support::contract;

use crate::sidecar::{finished, program};

#[test]
fn the_variables_and_the_command_of_the_contract_exist() -> Result<()> {
    let mut command = program();
    command.arg("--help");
    // The help is wrapped.
    let help = finished(command)?.1.split_whitespace().collect::<Vec<_>>().join(" ");
    let contract = contract();
    let variables = contract["environment"]["follow"].as_object().context("no variables")?;
    for variable in variables.values() {
        let variable = variable.as_str().context("no name")?;
        assert!(help.contains(&format!("[env: {variable}=")), "{variable} is not in the help:\n{help}");
    }
    let command = contract["commands"]["follow_healthcheck"].as_str().context("no command")?;
    assert!(help.contains(&format!(" {command} ")), "{command} is not in the help:\n{help}");
    Ok(())
}
