"""What `mantel doctor` looks at, a module each."""
