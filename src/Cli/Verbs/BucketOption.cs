using System.CommandLine;
using Tapline.Cli.Running;

namespace Tapline.Cli.Verbs;

/// <summary>Names a bucket where a verb may make a lake of its own and remove it again.</summary>
static class BucketOption
{
    /// <summary>The option.</summary>
    public static readonly Option<string?> Option = new("--s3")
    {
        Description = "A bucket's address, such as http://127.0.0.1:7480/bucket; credentials are the environment's",
        HelpName = "address",
    };

    /// <summary>The bucket; null where none is named.</summary>
    public static BucketAddress? Of(ParseResult line) =>
        line.GetValue(Option) is { } address ? BucketAddress.Parse(address) : null;
}
