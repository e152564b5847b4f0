package customers

import (
	"encoding/json"
	"net/http"
	"time"

	"retail/sandbox/cloud/cloudwatch"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/request"
	"retail/sandbox/world/control"
)

// Shown is a metric with what was seen in the last minutes, the latest first.
type Shown struct {
	metrics.Metric
	Minutes []Minute `json:"minutes"`
}

// Minute is a metric in one of CloudWatch's minutes.
type Minute struct {
	Begin time.Time `json:"begin"` // on the wall
	Count float64   `json:"count"`
	Sum   float64   `json:"sum"`
	Max   float64   `json:"max"`
}

// Metrics are what CloudWatch knows here.
type Metrics struct {
	// Minute is how long CloudWatch's minute lasts on the wall.
	Minute time.Duration `json:"minute"`
	// Dropped points were of more metrics than are kept.
	Dropped int     `json:"dropped"`
	Metrics []Shown `json:"metrics"`
}

// shownMinutes are how many minutes of a metric are shown.
const shownMinutes = 5

// Door adds the crowd's to a control door.
func (c *Crowd) Door(mux *http.ServeMux) {
	mux.HandleFunc("POST /requests", control.Answer(func(r *http.Request) (any, error) {
		q, err := read[Question](r)
		if err != nil {
			return nil, err
		}
		return c.Ask(r.Context(), q)
	}))
	mux.HandleFunc("GET /errors", control.Answer(func(*http.Request) (any, error) { return request.ErrorsOf(c.world().Records()), nil }))
	mux.HandleFunc("POST /errors", control.Answer(func(r *http.Request) (any, error) {
		e, err := read[request.Errors](r)
		if err != nil {
			return nil, err
		}
		return nil, request.SetErrors(c.world(), e)
	}))
	mux.HandleFunc("GET /metrics", control.Answer(func(*http.Request) (any, error) { return c.shown(), nil }))
	mux.HandleFunc("POST /metrics", control.Answer(func(r *http.Request) (any, error) {
		minute, err := read[time.Duration](r)
		if err != nil {
			return nil, err
		}
		return nil, cloudwatch.SetPace(c.world(), c.store(), minute)
	}))
}

func read[T any](r *http.Request) (out T, err error) {
	err = json.NewDecoder(r.Body).Decode(&out)
	return out, err
}

// shown are the metrics with their last minutes, the present one included.
func (c *Crowd) shown() Metrics {
	store := c.store()
	pace := store.Pace()
	out := Metrics{Minute: pace.Minute, Dropped: store.Dropped(), Metrics: []Shown{}}
	end := pace.At(c.now())/60*60 + 60
	for _, m := range store.List() {
		points := store.Periods(m, end, 60, shownMinutes)
		s := Shown{Metric: m, Minutes: []Minute{}}
		for age := int64(1); age <= shownMinutes; age++ {
			if p := points[end-age*60]; p != nil {
				s.Minutes = append(s.Minutes, Minute{pace.Wall(end - age*60), p.Count, p.Sum, p.Max})
			}
		}
		out.Metrics = append(out.Metrics, s)
	}
	return out
}

// Client asks the crowd of a world's daemon.
type Client struct{ door *control.Client }

// Dial is a client for the world in a folder; it connects when it is asked.
func Dial(folder string) *Client { return &Client{control.Dial(folder)} }

// Ask follows a question's requests.
func (c *Client) Ask(q Question) ([]*Answer, error) {
	return control.Ask[[]*Answer](c.door, http.MethodPost, "/requests", q)
}

// Errors are the clusters whose requests fail in part, by name.
func (c *Client) Errors() (map[string]request.Errors, error) {
	return control.Ask[map[string]request.Errors](c.door, http.MethodGet, "/errors", nil)
}

// SetErrors lets a share of a cluster's requests fail; 0 per cent ends it.
func (c *Client) SetErrors(e request.Errors) error {
	_, err := control.Ask[any](c.door, http.MethodPost, "/errors", e)
	return err
}

// Metrics are what CloudWatch knows of the last minutes.
func (c *Client) Metrics() (Metrics, error) {
	return control.Ask[Metrics](c.door, http.MethodGet, "/metrics", nil)
}

// SetMinute makes CloudWatch's minute last so long on the wall.
func (c *Client) SetMinute(d time.Duration) error {
	_, err := control.Ask[any](c.door, http.MethodPost, "/metrics", d)
	return err
}
