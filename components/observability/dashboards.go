package observability

import (
	"encoding/json"
	"fmt"
	"strings"
)

// metricsSource is the identifier under which dashboards know where metrics are.
const metricsSource = "metrics"

// dashboard is a page of Grafana's (Grafana, "JSON model").
type dashboard struct {
	UID           string    `json:"uid"`
	Title         string    `json:"title"`
	Description   string    `json:"description"`
	Tags          []string  `json:"tags"`
	Editable      bool      `json:"editable"`
	Refresh       string    `json:"refresh"`
	Time          timeRange `json:"time"`
	SchemaVersion int       `json:"schemaVersion"`
	Panels        []panel   `json:"panels"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type panel struct {
	ID          int         `json:"id"`
	Type        string      `json:"type"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	GridPos     gridPos     `json:"gridPos"`
	Datasource  sourceRef   `json:"datasource"`
	Targets     []target    `json:"targets"`
	FieldConfig fieldConfig `json:"fieldConfig"`
}

type gridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

type sourceRef struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type target struct {
	RefID        string `json:"refId"`
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
}

type fieldConfig struct {
	Defaults fieldDefaults `json:"defaults"`
}

type fieldDefaults struct {
	Unit string `json:"unit"`
	Min  int    `json:"min"`
}

// shown is a graph before it has its place.
type shown struct {
	title, description, unit, expr, legend string
}

// Grid of a dashboard: its width and a graph's height, in Grafana's units.
const (
	gridWidth  = 24
	gridHeight = 8
)

// page lays graphs out in rows.
func newPage(uid, title, description string, rows [][]shown) dashboard {
	page := dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{"retail"}, Refresh: "30s",
		Time: timeRange{"now-1h", "now"}, SchemaVersion: 39,
	}
	for y, row := range rows {
		for x, graph := range row {
			width := gridWidth / len(row)
			page.Panels = append(page.Panels, panel{
				ID: len(page.Panels) + 1, Type: "timeseries", Title: graph.title, Description: graph.description,
				GridPos:    gridPos{H: gridHeight, W: width, X: x * width, Y: y * gridHeight},
				Datasource: sourceRef{"prometheus", metricsSource},
				Targets:    []target{{RefID: "A", Expr: graph.expr, LegendFormat: graph.legend}}, FieldConfig: fieldConfig{fieldDefaults{Unit: graph.unit}},
			})
		}
	}
	return page
}

// signalsPage shows the golden signals of each service, blue beside green: a row for each
// signal, a column for each colour.
func (w Watch) signalsPage() dashboard {
	service, container := "{{destination_service_name}}", "{{container}}"
	var rows [][]shown
	add := func(graph func(signals) shown) {
		var row []shown
		for _, colour := range w.Colours {
			made := graph(w.signals(colour))
			made.title = fmt.Sprintf("%s (%s)", made.title, colour)
			row = append(row, made)
		}
		rows = append(rows, row)
	}
	if w.Mesh {
		add(func(s signals) shown {
			return shown{"Requests", "Rate: what the waypoint lets through to each service.", "reqps", s.requests, service}
		})
		add(func(s signals) shown {
			return shown{"Failed requests", "Errors: the share of answers of 500 and above.", "percent", s.errors, service}
		})
		add(func(s signals) shown {
			return shown{"Slowest of a hundred requests", "Latency: the 99th percentile.", "ms", s.latency, service}
		})
		add(func(s signals) shown {
			return shown{"New connections", "What ztunnel carries, with or without a waypoint.", "cps", s.connections, service}
		})
	}
	add(func(s signals) shown {
		return shown{"CPU in use", "Saturation: the share of what was asked for.", "percent", s.cpu, container}
	})
	add(func(s signals) shown {
		return shown{"Memory in use", "Saturation: the fullest pod's share of its limit.", "percent", s.memory, container}
	})
	return newPage("retail-signals", "Golden signals by service and colour", "Rate, errors, latency and saturation of the shop.", rows)
}

// meshPage shows how the mesh itself is.
func meshPage() dashboard {
	colour := "{{colour}}"
	return newPage("retail-mesh", "The mesh", "istiod, ztunnel and certificates.", [][]shown{
		{
			{"istiod that answer", "", "short", fmt.Sprintf("sum by (colour) (up{job=%q})", jobIstiod), colour},
			{"ztunnel that answer", "", "short", fmt.Sprintf("sum by (colour) (up{job=%q})", jobZtunnel), colour},
		},
		{
			{
				"Time until proxies know a change", "The 99th percentile.", "s",
				"histogram_quantile(0.99, sum by (le, colour) (rate(pilot_proxy_convergence_time_bucket[5m])))", colour,
			},
			{"Configuration that proxies refuse", "", "short", "sum by (colour) (increase(pilot_total_xds_rejects[5m]))", colour},
		},
		{
			{
				"Days until the root certificate ends", "", "d",
				"(min by (colour) (citadel_server_root_cert_expiry_timestamp) - time()) / 86400", colour,
			},
			{
				"Requests without mutual TLS", "What reached the waypoint in plain text: nought.", "reqps",
				rate(requestsTotal, selector{{reporter, "=", "waypoint"}, {connectionSecurityPolicy, "!=", "mutual_tls"}}, serviceAndColour...),
				"{{destination_service_name}} {{colour}}",
			},
		},
	})
}

// Dashboards returns the dashboards' files by name, as Grafana reads them.
func (w Watch) Dashboards() (map[string]string, error) {
	pages := []dashboard{w.signalsPage()}
	if w.Mesh {
		pages = append(pages, meshPage())
	}
	files := map[string]string{}
	for _, page := range pages {
		text, err := json.MarshalIndent(page, "", " ")
		if err != nil {
			return nil, err
		}
		files[strings.TrimPrefix(page.UID, "retail-")+".json"] = string(text) + "\n"
	}
	return files, nil
}
