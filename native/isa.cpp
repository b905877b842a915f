// isa
