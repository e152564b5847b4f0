package loadbalancer

import "context"

func (w *worker) services(ctx context.Context)  {}
func (w *worker) ingresses(ctx context.Context) {}
func (w *worker) shared(ctx context.Context)    {}
