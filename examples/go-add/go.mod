module labrun.example/add

go 1.23
