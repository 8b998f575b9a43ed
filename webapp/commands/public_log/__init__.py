"""Reading a public log over HTTP from a server that is not believed; for `troth monitor` and `verify`."""
