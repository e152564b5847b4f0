// Package frontdoor lets customers in.
//
//   - Domain is the shop's name: its zone, and certificates validated in it. There is
//     one for an environment: AWS Certificate Manager asks for the same DNS record for
//     every certificate of one name and account, so that certificates made apart would
//     contend for it (ACM User Guide, "DNS validation").
//   - FrontDoor is one VPC's internet-facing Application Load Balancer with a target
//     group for each colour, its firewall, logs and alarms.
//   - Traffic is the rule that divides customers' requests between colours.
//   - Entrance is what the shop's name leads to: the load balancers themselves, Global
//     Accelerator or CloudFront in front of them.
//
// Nothing is sticky. A sticky target group keeps a customer with one pod, and a sticky
// rule with one colour, for as long as the cookie lives: weights would then hold for new
// customers only, and a colour at weight 0 would go on serving (Application Load
// Balancers, "Target group stickiness"). The shop keeps its sessions in its stores.
package frontdoor
