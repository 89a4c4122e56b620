import { defineVectorSuite } from "../support/vector-suite.js";

defineVectorSuite("source");
