//! What the compiler says about the usual mistakes. `TRYBUILD=overwrite cargo test --test ui`
//! writes the expected texts anew.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
