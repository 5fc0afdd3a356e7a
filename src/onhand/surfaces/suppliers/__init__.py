"""The signed store APIs of suppliers and their service providers (SG, SE, SI, TH, IA)."""
