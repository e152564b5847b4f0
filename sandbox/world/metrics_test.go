package world_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/customers"
)

func TestMetricsAndTheirMinuteOutlastADaemon(t *testing.T) {
	folder, err := os.MkdirTemp("", "w-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	store := metrics.New(metrics.Pace{Minute: time.Minute})
	some := metrics.Metric{Account: "222222222222", Region: "eu-west-1", Namespace: "AWS/ApplicationELB", Name: "RequestCount"}
	store.Put(some, time.Now(), 1, 7)
	require.NoError(t, store.Save(filepath.Join(folder, "metrics.json")))

	_, stop := serve(t, folder)
	crowd := customers.Dial(folder)
	all, err := crowd.Metrics()
	require.NoError(t, err)
	require.Len(t, all.Metrics, 1)
	assert.Equal(t, some, all.Metrics[0].Metric)
	assert.InDelta(t, 7, all.Metrics[0].Minutes[0].Sum, 0)
	require.NoError(t, crowd.SetMinute(2*time.Second))
	require.ErrorContains(t, crowd.SetMinute(time.Hour), "must last from 1s to 1m0s")
	require.NoError(t, stop())

	_, stop = serve(t, folder)
	all, err = crowd.Metrics()
	require.NoError(t, err)
	assert.Equal(t, 2*time.Second, all.Minute)
	assert.Empty(t, all.Metrics, "of minutes of another length")

	variables, err := customers.Variables(folder)
	require.NoError(t, err)
	proxy, err := url.Parse(strings.TrimPrefix(variables[0], "HTTP_PROXY="))
	require.NoError(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get("http://shop.example.net/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusBadGateway, response.StatusCode)
	assert.Contains(t, response.Header.Get("x-sandbox-reason"), "no such host")
	require.NoError(t, stop())
}
