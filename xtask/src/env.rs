//! Names of the environment variables that tests read.

/// The interpreter that has `testkit/python/requirements.txt` installed.
pub(crate) const PYTHON: &str = "JOURNEYMAN_TEST_PYTHON";
/// The file that a test which cannot run appends its reason to.
pub(crate) const SKIP_LOG: &str = "JOURNEYMAN_SKIP_LOG";

/// Set to show what every test program prints, and not of those alone that fail.
pub(crate) const VERBOSE: &str = "JOURNEYMAN_TEST_VERBOSE";
