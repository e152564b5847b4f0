package store

// ui serves the pages and calls the other four.
const ui = "ui"

func (b *builder) ui() service {
	return service{
		name: ui, image: "ui", runtime: spring,
		cpu: "250m", memory: "512Mi",
		env: []variable{
			plain("RETAIL_UI_THEME", b.args.Theme),
			plain("RETAIL_UI_ENDPOINTS_CATALOG", address(catalog)),
			plain("RETAIL_UI_ENDPOINTS_CARTS", address(carts)),
			plain("RETAIL_UI_ENDPOINTS_CHECKOUT", address(checkout)),
			plain("RETAIL_UI_ENDPOINTS_ORDERS", address(orders)),
			// The page /info shows these: a person sees which colour's pod answered, also
			// with another theme in a cookie.
			field("METADATA_KUBERNETES_POD_NAME", "metadata.name"),
			plain("METADATA_KUBERNETES_NAMESPACE", b.args.Colour+"/"+Namespace),
			field("METADATA_KUBERNETES_NODE_NAME", "spec.nodeName"),
		},
		entry: true,
	}
}
