// Shows the API's description. Without a validator's address, Swagger UI calls nobody else.
SwaggerUIBundle({
  url: "/openapi.yaml",
  dom_id: "#api",
  validatorUrl: null,
  deepLinking: true,
  supportedSubmitMethods: ["get", "post", "delete", "head"],
});
