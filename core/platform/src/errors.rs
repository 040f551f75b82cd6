//! The system's descriptions of its errors.

/// The description of an error number, without the number.
#[cfg(unix)]
pub fn description(number: i32) -> String {
    nix::errno::Errno::from_raw(number).desc().to_owned()
}

/// The description of an error number, without the number.
#[cfg(not(unix))]
pub fn description(number: i32) -> String {
    let described = std::io::Error::from_raw_os_error(number).to_string();
    described.strip_suffix(&format!(" (os error {number})")).unwrap_or(&described).to_owned()
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn a_number_has_a_description() {
        assert_eq!(super::description(nix::libc::ECONNREFUSED), "Connection refused");
    }

    #[cfg(windows)]
    #[test]
    fn a_number_has_a_description() {
        // In the language of the system.
        let described = super::description(10061);
        assert!(!described.is_empty() && !described.contains("10061"), "{described}");
    }
}
