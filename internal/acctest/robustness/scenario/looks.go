package scenario

import "fmt"

// looks are what takes note of the server and changes nothing on it.
func looks() []Scenario {
	imports := func(of, id string) string {
		return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", of, id)
	}
	whole, web := cluster(everyChild()), instance(labelled)
	return []Scenario{
		{Name: "cluster-import", OwnCluster: true, Before: whole, Stateless: true, After: whole + imports("mar_cluster.dev", Place), Healed: whole + imports("mar_cluster.dev", Place)},
		{Name: "instance-import", Before: web, Stateless: true, After: web + imports("mar_instance.web", Place+"/web")},
		{Name: "cluster-plan", OwnCluster: true, Before: whole, After: whole, Command: Plan(), Part: true},
		{Name: "cluster-refresh", OwnCluster: true, Before: whole, After: whole, Command: Refresh()},
		{Name: "instance-plan", Before: web, After: web, Command: Plan()},
		{Name: "instance-refresh", Before: web, After: web, Command: Refresh(), Part: true},
	}
}

// many are instances that are made and deleted at once.
func many() []Scenario {
	const count = 10
	config := fmt.Sprintf("resource \"mar_instance\" \"many\" {\n  count = %d\n  cluster = %q\n  name = \"web-${count.index}\"\n  image = %q\n  cpu = \"100m\"\n  memory = \"64Mi\"\n}\n", count, Place, Image)
	var addresses []string
	for i := range count {
		addresses = append(addresses, fmt.Sprintf("mar_instance.many[%d]", i))
	}
	return []Scenario{
		{Name: "many-create", After: config, Addresses: addresses},
		{Name: "many-destroy", Before: config, After: config, Command: Destroy()},
	}
}
