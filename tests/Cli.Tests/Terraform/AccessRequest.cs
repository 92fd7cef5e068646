using System.IO.Enumeration;
using System.Text.Json;

namespace Tapline.Cli.Tests.Terraform;

/// <summary>A request within one account, and what IAM answers it by the policies of the role and the bucket: allowed
/// when a statement allows it and none forbids it
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).</summary>
/// <param name="Call">E.g. <c>s3:PutObject</c>.</param>
/// <param name="Target">The ARN of what it is about.</param>
/// <param name="Context">The condition keys that the request has.</param>
sealed record AccessRequest(string Call, string Target, IReadOnlyDictionary<string, string> Context)
{
    public bool IsAllowedBy(params IEnumerable<string> policies)
    {
        var effects = policies.SelectMany(Effects).ToList();
        return effects.Contains("Allow") && !effects.Contains("Deny");
    }

    List<string> Effects(string policy)
    {
        using var document = JsonDocument.Parse(policy);
        return [.. document.RootElement.GetProperty("Statement").EnumerateArray()
            .Where(statement => Texts(statement.GetProperty("Action")).Any(action => Matches(action, Call))
                && Texts(statement.GetProperty("Resource")).Any(resource => Matches(resource, Target))
                && Holds(statement))
            .Select(static statement => statement.GetProperty("Effect").GetString()!)];
    }

    bool Holds(JsonElement statement) =>
        !statement.TryGetProperty("Condition", out var conditions)
        || conditions.EnumerateObject().All(test => test.Value.EnumerateObject().All(
            key => Holds(test.Name, Context.GetValueOrDefault(key.Name), Texts(key.Value))));

    // A negated test holds for a key that the request does not have.
    static bool Holds(string test, string? found, IEnumerable<string> wanted) => test switch
    {
        "Bool" or "StringEquals" => found is not null && wanted.Contains(found),
        "StringNotEquals" or "ArnNotEquals" => found is null || !wanted.Contains(found),
        "Null" => wanted.Contains(found is null ? "true" : "false"),
        _ => throw new NotSupportedException(test),
    };

    static bool Matches(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text);

    static IEnumerable<string> Texts(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select(static item => item.GetString()!)]
        : [element.GetString()!];
}
