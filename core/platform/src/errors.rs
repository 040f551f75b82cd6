//! The system's descriptions of its errors.

/// The description of an error number, without the number.
#[cfg(unix)]
pub fn description(number: i32) -> String {
    nix::errno::Errno::from_raw(number).desc().to_owned()
}

/// The description of an error number.
#[cfg(not(unix))]
pub fn description(number: i32) -> String {
    std::io::Error::from_raw_os_error(number).to_string()
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn a_number_has_a_description() {
        assert_eq!(super::description(nix::libc::ECONNREFUSED), "Connection refused");
    }
}
