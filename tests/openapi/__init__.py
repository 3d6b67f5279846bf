"""The OpenAPI document as strangers use it: clients that public generators make, and requests that nobody thought of."""
