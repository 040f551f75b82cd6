//! Runs README's example against the simulator.

use std::process::Command;

use mspkit_sim::{Options, Simulator};

#[test]
fn the_example_of_the_readme_runs() {
    let simulator = Simulator::spawn(Options::default()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mspkit-readme"))
        .env("NCENTRAL_URL", simulator.url())
        .env("NCENTRAL_JWT", simulator.credentials().ncentral_jwt)
        .output()
        .unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    let counts = simulator.counts();
    assert_eq!(counts["ncentral.service_orgs.create_customer"].committed, 1, "{said}");
    assert!(said.lines().count() == 11 && said.contains("\ncreated customer "), "{said}");
}
