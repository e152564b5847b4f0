package clusters

import "strconv"

// secretsStoreConfig configures the Secrets Store CSI driver and its AWS provider.
type secretsStoreConfig struct {
	podSettings
	AWSRegion string `json:"awsRegion"`
	Driver    struct {
		SyncSecret struct {
			Enabled flag `json:"enabled"`
		} `json:"syncSecret"`
		EnableSecretRotation flag   `json:"enableSecretRotation"`
		RotationPollInterval string `json:"rotationPollInterval"`
	} `json:"secrets-store-csi-driver"`
}

// Rotation is "true" when the driver looks for new values of secrets.
func (c *secretsStoreConfig) Rotation() string {
	return strconv.FormatBool(bool(c.Driver.EnableSecretRotation))
}

// PollInterval is how often it looks; two minutes unless it is told.
func (c *secretsStoreConfig) PollInterval() string {
	if c.Driver.RotationPollInterval == "" {
		return "2m"
	}
	return c.Driver.RotationPollInterval
}

// RegionOr is where secrets are, by default in the cluster's own Region.
func (c *secretsStoreConfig) RegionOr(own string) string {
	if c.AWSRegion == "" {
		return own
	}
	return c.AWSRegion
}
