module labrun.example/http

go 1.23
