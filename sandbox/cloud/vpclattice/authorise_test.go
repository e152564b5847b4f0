package vpclattice_test

func allowAccount(account string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account +
		`"},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}`
}
