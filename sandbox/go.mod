module retail/sandbox

go 1.26.6
