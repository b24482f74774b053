"""What access one document gives that another doesn't. docs/engine.md, "How documents are compared", has the idea."""
