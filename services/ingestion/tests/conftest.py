pytest_plugins = ["servicekit_testing.fixtures"]
