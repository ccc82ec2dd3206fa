"""Pipeline files of three CI systems, held against what services are built from. Pure."""
