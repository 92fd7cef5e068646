using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Tapline.Contracts;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>What a failing request means.</summary>
static class S3Failure
{
    const int TooManyRequests = 429;

    /// <summary>Whether the same request may go well later: the service is busy or ill, the connection was lost, or
    /// nothing was heard (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).</summary>
    public static bool IsTransient(Exception failure) => failure switch
    {
        // An answer that was cut off: its status is there, what it says is not.
        AmazonUnmarshallingException => true,
        AmazonServiceException { StatusCode: HttpStatusCode.Conflict } => true,
        AmazonServiceException { ErrorCode: "RequestTimeout" or "SlowDown" or "InternalError" } => true,
        AmazonServiceException service when service.StatusCode != 0 =>
            (int)service.StatusCode is >= 500 or TooManyRequests,
        AmazonServiceException or HttpRequestException or IOException or SocketException or TimeoutException => true,
        // The time of a request was up; when the caller's is, nobody asks.
        OperationCanceledException => true,
        AmazonClientException { InnerException: { } inner } => IsTransient(inner),
        WebException => true,
        _ => false,
    };

    /// <summary>Whether an object is not there.</summary>
    public static bool IsMissing(Exception failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } and not { ErrorCode: "NoSuchBucket" };

    /// <summary>Whether a key was taken already.</summary>
    public static bool IsTaken(Exception failure) =>
        failure is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed };

    /// <summary>The failure in words for a person.</summary>
    /// <param name="what">What was tried, e.g. <c>read</c>.</param>
    /// <param name="place">The object, as <c>s3://bucket/key</c>.</param>
    /// <param name="failure">How it ended.</param>
    public static TaplineException Describe(string what, string place, Exception failure)
    {
        var code = (failure as AmazonServiceException)?.ErrorCode;
        var (reason, hint) = code switch
        {
            "NoSuchBucket" => ("the bucket does not exist", "Create it, or check lake.path and lake.s3.region."),
            "AccessDenied" => ("the store denies access",
                "Allow the writer s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there."),
            "InvalidAccessKeyId" => ("the store does not know the access key", "Check lake.s3.access_key."),
            "SignatureDoesNotMatch" => ("the secret key is not the access key's", "Check lake.s3.secret_key."),
            "ExpiredToken" => ("the session token has expired", "Renew the credentials of the environment."),
            "RequestTimeTooSkewed" => ("this machine's clock is wrong", "Set the clock."),
            "NotImplemented" => ("the store does not know the request", "Use a store with conditional writes."),
            null or "" => (Innermost(failure), null),
            _ => ($"{code}: {failure.Message}", (string?)null),
        };
        return new TaplineException($"cannot {what} {place}: {reason}", hint, failure)
        {
            IsTransient = IsTransient(failure),
        };
    }

    static string Innermost(Exception failure)
    {
        while (failure is not OperationCanceledException && failure.InnerException is { } inner)
            failure = inner;
        return failure is OperationCanceledException ? "the store does not answer" : failure.Message;
    }
}
