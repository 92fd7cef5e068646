using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tapline.Serving.Http;

/// <summary>The routes as OpenAPI 3.1 describes them.</summary>
static partial class OpenApi
{
    /// <summary>The document.</summary>
    public static JsonObject Of(ImmutableArray<HttpRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var path in routes.GroupBy(static route => route.Path))
        {
            paths[path.Key] = new JsonObject(path.Select(static route =>
                KeyValuePair.Create(route.Method.ToLowerInvariant(), (JsonNode?)Operation(route))));
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Tapline", ["version"] = "v1" },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                },
                ["schemas"] = new JsonObject { ["Problem"] = Schema("type", "title", "code", "trace_id", "hint") },
            },
        };
    }

    static JsonObject Operation(HttpRoute route)
    {
        var parameters = PathNames().Matches(route.Path)
            .Select(static match => Parameter(match.Groups[1].Value, "path", ""))
            .Concat(route.Parameters.Select(static pair => Parameter(pair.Key, "query", pair.Value)));
        var operation = new JsonObject
        {
            ["summary"] = route.Summary,
            ["parameters"] = new JsonArray([.. parameters]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = route.Summary, ["content"] = Content(route.Types) },
                ["default"] = new JsonObject
                {
                    ["description"] = "what went wrong",
                    ["content"] = new JsonObject
                    {
                        ["application/problem+json"] = new JsonObject
                        {
                            ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
                        },
                    },
                },
            },
        };
        if (route.Scope is { } scope)
            operation["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray(scope) });
        if (route.HasStatement)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject { ["schema"] = Schema("sql", "id", "as_of") },
                    ["text/plain"] = new JsonObject(),
                },
            };
        }
        return operation;
    }

    static JsonObject Parameter(string name, string place, string meaning) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["description"] = meaning,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    static JsonObject Content(IReadOnlyList<string> types) => new(types.Select(static type =>
        KeyValuePair.Create(type, (JsonNode?)new JsonObject())));

    static JsonObject Schema(params ReadOnlySpan<string> texts)
    {
        var properties = new JsonObject();
        foreach (var name in texts)
            properties[name] = new JsonObject { ["type"] = "string" };
        return new JsonObject { ["type"] = "object", ["properties"] = properties };
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathNames();
}
