"""Policy packs: strict readers for the files a house writes, and the packs that ship with the product."""
