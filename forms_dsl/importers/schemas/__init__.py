"""JSON Schema and OpenAPI: object schemas to entities, operations to binding contracts."""
