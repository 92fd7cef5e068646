namespace Tapline.Serving.Http;

/// <summary>One thing that can be asked for.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with names in braces.</param>
/// <param name="Scope">What the caller must be allowed to do; null where nobody needs a key.</param>
/// <param name="Summary">What it gives, for the description of the service.</param>
/// <param name="Answer">Answers.</param>
sealed record HttpRoute(
    string Method, string Path, string? Scope, string Summary, Func<HttpCall, Task> Answer)
{
    /// <summary>Parameters of the address beyond the path, each with its meaning.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Kinds of answers.</summary>
    public IReadOnlyList<string> Types { get; init; } = ["application/json"];

    /// <summary>Whether the request has a body with a statement.</summary>
    public bool HasStatement { get; init; }
}
