# A plan fails where its apply would be refused, by a quota say.
provider "mar" {
  plan_validation = "strict"
}
