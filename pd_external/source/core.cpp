// libnn_tilde: everything in it comes from the static libraries of the core.
