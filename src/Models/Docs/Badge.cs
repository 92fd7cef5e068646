namespace Tapline.Models.Docs;

/// <summary>A word behind a name.</summary>
static class Badge
{
    /// <summary>The word, where something is the case.</summary>
    public static Markup If(bool holds, string word) => !holds
        ? Markup.None
        : Markup.Of($"<span class=\"{(word == "personal" ? "badge warn" : "badge")}\">{word}</span>");
}
