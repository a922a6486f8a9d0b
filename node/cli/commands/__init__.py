"""The commands, one module each: HELP, configure(parser, language) and run(arguments, output)."""
