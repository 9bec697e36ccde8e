"""What an author runs: build the site, write what is made from other files, pack the bundle."""
