package store

type BoxLid struct {
	Hinges []string `pulumi:"hinges"`
	Inner  []BoxLid `pulumi:"inner"`
	Locked bool     `pulumi:"locked"`
}

type GetBoxFound struct {
	Since string `pulumi:"since"`
}
