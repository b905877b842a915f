// alias
