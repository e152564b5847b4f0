package cloud

// watcher is who wants to know that the world has changed.
type watcher struct{ news chan struct{} }

// Watch tells of changes of the world's records: the channel holds one signal
// when something has changed since it was last received from, however much. The
// function ends the watch.
func (w *World) Watch() (news <-chan struct{}, end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers == nil {
		w.watchers = map[*watcher]bool{}
	}
	to := &watcher{make(chan struct{}, 1)}
	w.watchers[to] = true
	return to.news, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers, to)
	}
}

// tell wakes every watcher that is not awake already. The caller holds the lock.
func (w *World) tell() {
	for to := range w.watchers {
		select {
		case to.news <- struct{}{}:
		default:
		}
	}
}
