"""SSH keys and signatures, through ssh-keygen."""
