package mesh_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRoutesShareByWeight(t *testing.T) {
	s := newShop(t)
	for i, o := range s.objects {
		if strings.Contains(o, `"kind":"HTTPRoute"`) {
			s.objects[i] = strings.Replace(o, `[{"name":"ui","port":80}]`, `[{"name":"ui","port":80,"weight":9},{"name":"cart","port":80,"weight":1}]`, 1)
		}
	}
	snapshot := s.take()
	count := map[string]int{}
	for n := range 10 {
		drawn := false
		snapshot.Draw = func(of int) int {
			if drawn {
				return 0
			}
			drawn = true
			return n % of
		}
		count[snapshot.Enter(find(t, snapshot, "store-gateway"), 8080, get("/")).Pod.Name]++
	}
	assert.Equal(t, map[string]int{"ui-1": 9, "cart-1": 1}, count)
}
